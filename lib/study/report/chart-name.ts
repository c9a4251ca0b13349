/** The charts of the page: the page has a place for each, which its script draws into. */
export type ChartName =
  | 'testAccuracy'
  | 'plainInputs'
  | 'batchNormInputs'
  | 'runningMeans'
  | 'runningVariances'
  | 'trainLoss'
  | 'sweep';

/** Okabe and Ito's colours, which readers with any colour vision can tell apart. */
export const blue = '#0072b2';
export const orange = '#e69f00';
export const green = '#009e73';
export const grey = '#666666';

/** Blue is this package's own. */
export const ofOthers = [
  '#d55e00',
  green,
  orange,
  '#cc79a7',
  '#000000',
  '#56b4e9',
  '#8c5a2b',
  '#7f7f00',
];

/** The two formulas differ in rounding only, and float32's is 6e-8 of a probability's 1. */
const TOLERANCE = 1e-6;

/** Whether two servers say the same of all requests; throws where they do not. */
export async function checkSameAnswers(servers, requests) {
  for (const [i, request] of requests.entries()) {
    const [one, other] = await Promise.all(servers.map((server) => server.classify(request)));
    const apart = one.probabilities.map((p, digit) => Math.abs(p - other.probabilities[digit]));
    if (one.digit !== other.digit || Math.max(...apart) > TOLERANCE) {
      throw new Error(`the servers disagree about request ${i}: ${one.digit}, ${other.digit}`);
    }
  }
}

import puppeteer, { type Browser } from 'puppeteer-core';

/** Chromium without a window, as `npm test` installs it. */
export function launch(): Promise<Browser> {
  const { chromium } = require('../scripts/pictures/chromium.cjs');
  return puppeteer.launch(chromium());
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';

export { launch } from '../../launch';

/** A page in a tab of its own, with all that went wrong in it and all that it asked for. */
export interface Opened {
  readonly page: Page;
  /** Errors, and whatever the console was told. */
  readonly complaints: string[];
  readonly requests: string[];
}

export interface Opening {
  readonly width?: number;
  readonly hasScripts?: boolean;
}

/** Opens `html` from a file in `folder`. */
export async function open(
  browser: Browser,
  folder: string,
  html: string,
  { width = 1200, hasScripts = true }: Opening = {},
): Promise<Opened> {
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const page = await browser.newPage();
  const [complaints, requests]: string[][] = [[], []];
  page.on('console', (message) => complaints?.push(message.text()));
  page.on('pageerror', (error) => complaints?.push(String(error)));
  page.on('request', (request) => requests?.push(request.url()));
  await page.setJavaScriptEnabled(hasScripts);
  await page.setViewport({ width, height: 900 });
  await page.goto(pathToFileURL(file).href);
  if (hasScripts) await drawn(page);
  return { page, complaints: complaints ?? [], requests: requests ?? [] };
}

/** Waits until each chart is as wide as its place: they are drawn when the page is laid out. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[data-chart]')].every(
      (place) => Number(place.querySelector('svg')?.getAttribute('width')) === place.clientWidth,
    ),
  );
}

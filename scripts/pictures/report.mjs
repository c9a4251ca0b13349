import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import sharp from 'sharp';
import { root } from '../root.mjs';
import { chromium } from './chromium.cjs';

const { renderReport } = createRequire(import.meta.url)(join(root, 'dist/study/report'));

/** As wide as GitHub shows a README, and twice as fine. */
const viewport = { width: 1000, height: 900, deviceScaleFactor: 2 };
const margin = 20;

/**
 * Draws the charts that repeat figure 1 of the paper, without what stands between them, as a PNG.
 *
 * @param {import('../../dist/study/record').StudyRecord} record
 * @param {string} file
 */
export async function reportPicture(record, file) {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-picture-'));
  const browser = await puppeteer.launch(chromium());
  try {
    const report = join(folder, 'report.html');
    writeFileSync(report, renderReport(record));
    const page = await browser.newPage();
    await page.setViewport(viewport);
    await page.goto(pathToFileURL(report).href);
    await page.addStyleTag({
      content: `#paper { gap: 20px 32px; } #paper :is(figcaption, details) { display: none; }`,
    });
    await page.waitForSelector('#paper figure:last-child svg');
    const { x, y, width, height } = await (await page.$('#paper')).boundingBox();
    const clip = {
      x: x - margin,
      y: y - margin,
      width: width + 2 * margin,
      height: height + 2 * margin,
    };
    const png = await page.screenshot({ clip, captureBeyondViewport: true });
    // A palette is enough for lines and letters.
    await sharp(png).png({ palette: true, colours: 128, compressionLevel: 9 }).toFile(file);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

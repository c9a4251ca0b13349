import type { Page } from 'puppeteer-core';

/**
 * The least contrast of a visible text, and of a curve, with the page behind it, by WCAG 2.2's
 * formula: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function leastContrasts(page: Page): Promise<{ text: number; curve: number }> {
  return page.evaluate(() => {
    const luminance = (colour: string) => {
      const parts = colour.match(/^rgb\((\d+), (\d+), (\d+)\)$/)?.slice(1);
      if (parts === undefined) throw new Error(`${colour} is not an opaque colour`);
      const [r = 0, g = 0, b = 0] = parts.map((part) => {
        const c = Number(part) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = luminance(getComputedStyle(document.body).backgroundColor);
    const contrast = (colour: string) => {
      const [low, high] = [behind, luminance(colour)].sort((a, b) => a - b) as [number, number];
      return (high + 0.05) / (low + 0.05);
    };
    const texts = [...document.body.querySelectorAll('*')].filter(
      (element) =>
        element.getClientRects().length > 0 &&
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    );
    const colourOf = (element: Element) => {
      const style = getComputedStyle(element);
      return element instanceof SVGElement ? style.fill : style.color;
    };
    const curves = [...document.querySelectorAll('.curve path')];
    return {
      text: Math.min(...texts.map((element) => contrast(colourOf(element)))),
      curve: Math.min(...curves.map((path) => contrast(getComputedStyle(path).stroke))),
    };
  });
}

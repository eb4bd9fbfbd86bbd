import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** The browser that is installed, by its path; null where there is none. */
export const chromium = findChromium();

/** Why tests that need it are left out. */
export const needsChromium = chromium === null ? ' (left out: no chromium, google-chrome or chrome on PATH)' : '';

export function openBrowser(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: chromium as string,
    // Its sandbox does not work for root, who runs tests in containers.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

/** A tab that counts whatever a page does beyond showing itself. */
export async function openWatched(browser: Browser): Promise<Watched> {
  const page = await browser.newPage();
  const acts: string[] = [];
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const url = request.url();
    const isOwn = request.isNavigationRequest() && url.startsWith('file:');
    if (isOwn || url.startsWith('data:image/png;')) void request.continue();
    else {
      acts.push(`request ${url.slice(0, 100)}`);
      void request.abort();
    }
  });
  page.on('dialog', (dialog) => {
    acts.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', () => acts.push('popup'));
  page.on('console', (message) => acts.push(`console ${message.text()}`));
  page.on('pageerror', (error) => acts.push(`error ${String(error)}`));
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame()) acts.push(`frame ${frame.url()}`);
  });
  await page.exposeFunction('canary', (what: unknown) => void acts.push(`script ${String(what)}`));
  await page.evaluateOnNewDocument(() => {
    addEventListener('securitypolicyviolation', (event) => {
      (globalThis as unknown as { canary(what: string): void }).canary(
        `violation ${event.violatedDirective} ${event.sample}`,
      );
    });
  });
  return { page, acts };
}

export interface Watched {
  page: Page;
  /** Scripts, dialogs, requests, violations of the policy, words on the console; emptied by the test. */
  acts: string[];
}

function findChromium(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return null;
}

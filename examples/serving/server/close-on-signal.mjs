import { constants } from 'node:os';

/**
 * SIGTERM and SIGINT end the server once it has answered what it was asked, or after `grace` seconds;
 * a second signal ends it at once.
 */
export function closeOnSignal(app, { grace }) {
  let isClosing = false;
  const close = async (signal) => {
    if (isClosing) process.exit(128 + constants.signals[signal]);
    isClosing = true;
    console.log(`${signal}: answers what it was asked, then ends`);
    const deadline = setTimeout(() => {
      console.error(`some requests are not done after ${grace} seconds: their connections end`);
      process.exitCode = 1;
      app.server.closeAllConnections();
    }, grace * 1000);
    await app.close();
    clearTimeout(deadline);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, close);
}

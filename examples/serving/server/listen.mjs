/** The address cannot be listened on. */
export class ListenError extends Error {}

const reasons = {
  EADDRINUSE: ({ host, port }) =>
    `port ${port} of ${host} is in use: --port takes another, --port 0 any that is free`,
  EACCES: ({ port }) => `port ${port} is not for this user: --port takes another, above 1023`,
  EADDRNOTAVAIL: ({ host }) => `${host} is not an address of this machine: --host takes another`,
  ENOTFOUND: ({ host }) => `${host} is not known: --host takes another`,
  EAI_AGAIN: ({ host }) => `${host} is not known at the moment: --host takes another`,
};

/** Starts to listen, and gives the address. What cannot listen is closed. */
export async function listen(app, { host, port }) {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const reason = reasons[error.code];
    if (reason === undefined) throw error;
    throw new ListenError(reason({ host, port }));
  }
}

/** What `action` gives; ends this process with its message if it throws, as a command that is not understood. */
export function understood(action) {
  try {
    return action();
  } catch (error) {
    return refuse(error.message);
  }
}

export function refuse(message) {
  console.error(message);
  process.exit(2);
}

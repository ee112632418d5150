// How long to wait before something is tried again.

/** The pause after so many tries; not the same for all, because everybody's page is waiting for the same server. */
export const pauseAfter = (tries, pauses) => pauses[Math.min(tries, pauses.length - 1)] * (0.8 + 0.4 * Math.random());

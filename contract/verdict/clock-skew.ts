/** Clocks of two machines differ a little: what one of them wrote this much later than now is not from the future. */
export const CLOCK_SKEW_MS = 60_000;

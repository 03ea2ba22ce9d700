/** Share of the window's scrapes that must have been seen. */
export const LEAST_COVERAGE = 0.9;
/** Scrapes after which a newest sample is too old. */
export const MOST_AGE_SCRAPES = 3;
/** Shares such as 1 - 0.9 are not exact, and exactly at the limit is healthy. */
export const ROUNDING = 1e-9;

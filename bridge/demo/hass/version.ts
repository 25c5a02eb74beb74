/** The Home Assistant whose behaviour this small one repeats. */
export const VERSION = "2026.11.0";

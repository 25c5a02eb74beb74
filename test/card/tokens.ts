/** A dashboard with Home Assistant's default themes. */
import { themeCss } from "../../shared/theme.ts";

export const TOKENS = `${themeCss()}
body { margin: 0; background: var(--primary-background-color); }
`;

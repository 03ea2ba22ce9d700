/** The file beside the specs that holds the schemas of an API, as the plan imports it. */
export const SCHEMAS_FILE = 'greenlight/openapi-schemas.mts';

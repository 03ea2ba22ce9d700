/** What every started part of the demo tells about itself and can do. */
export interface Part {
  /** For reports: `PostgreSQL`, `Redis`, `Greenlight SMTP sink`. */
  readonly name: string;
  readonly version: string;
  /** Ends its processes; repeated calls are harmless. */
  stop(): Promise<void>;
}

/** `PostgreSQL 18.4`: one part as a report shows it. */
export function describePart(part: Pick<Part, 'name' | 'version'>): string {
  return `${part.name} ${part.version}`;
}

/** One message while it comes in. */
export interface Parcel {
  take(chunk: Buffer): void;
  /** All of it; undefined when it was more than may be held. */
  end(): Buffer | undefined;
  /** It will not come to its end. */
  abandon(): void;
}

/** Takes in what comes over streams, within a limit for one message and one for all that come at the same time. */
export interface Intake {
  begin(): Parcel;
}

/** @param limits in bytes */
export function createIntake(limits: { readonly message: number; readonly together: number }): Intake {
  let held = 0;
  return {
    begin() {
      const chunks: Buffer[] = [];
      let size = 0;
      let over = false;
      const release = (): void => {
        held -= size;
        size = 0;
        chunks.length = 0;
      };
      return {
        take(chunk) {
          if (over) return;
          size += chunk.length;
          held += chunk.length;
          if (size > limits.message || held > limits.together) {
            over = true;
            release();
          } else chunks.push(chunk);
        },
        end() {
          const whole = over ? undefined : Buffer.concat(chunks);
          release();
          return whole;
        },
        abandon: release,
      };
    },
  };
}

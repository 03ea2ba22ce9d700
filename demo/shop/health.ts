const SERVICES = ['database', 'cache', 'mail', 'payments'] as const;
type Service = (typeof SERVICES)[number];

/** Without these nothing works; without the others the shop can still show, sell or apologise. */
const ESSENTIAL: readonly Service[] = ['database', 'cache'];

export interface HealthReport {
  /** `down`: something essential is missing. `degraded`: something else is. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly services: Readonly<Record<Service, 'ok' | 'down'>>;
  /** How long it took to ask all services, in milliseconds. */
  readonly latencyMs: number;
}

/** Asks what the shop stands on. */
export type Health = () => Promise<HealthReport>;

const WITHIN_MS = 3000;

/** Asks every service at once, each with three seconds to answer. */
export function createHealth(ask: Readonly<Record<Service, () => Promise<void>>>): Health {
  return async () => {
    const started = performance.now();
    const answers = await Promise.all(
      SERVICES.map(async (service) => [service, (await doesAnswer(ask[service])) ? 'ok' : 'down'] as const),
    );
    const down = answers.filter(([, answer]) => answer === 'down').map(([service]) => service);
    const broken = down.some((service) => ESSENTIAL.includes(service));
    return {
      status: broken ? 'down' : down.length > 0 ? 'degraded' : 'ok',
      services: Object.fromEntries(answers) as HealthReport['services'],
      latencyMs: Math.round(performance.now() - started),
    };
  };
}

async function doesAnswer(question: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), WITHIN_MS);
  });
  const answered = question().then(
    () => true,
    () => false,
  );
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return result;
}

// Whether this process wants traffic: every named check true, and no drain begun.
// Next: health.ts, which tells it to the load balancer.

/** What `/ready` answers. `waitingFor` names what is missing, in the order of the checks; `drain` while draining. */
export interface ReadinessStatus {
  readonly ready: boolean;
  readonly waitingFor: string[];
}

/** The one readiness of a process, shared by its health routes and its server. */
export interface Readiness {
  status(): ReadinessStatus;
  /** Makes the process not ready, for good. */
  beginDrain(): void;
  readonly draining: boolean;
}

/**
 * Readiness from named checks. A check reads a fact already known (a certificate held, a JWKS fetched): it is called
 * on every probe, asks nobody and returns at once.
 *
 * @param checks - name → whether it holds. A check that throws counts as not holding: unknown is not ready.
 */
export function createReadiness(checks: Readonly<Record<string, () => boolean>>): Readiness {
  const named = Object.entries(checks);
  let draining = false;
  return {
    status() {
      const missing = named.filter(([, check]) => !holds(check)).map(([name]) => name);
      const waitingFor = draining ? ['drain', ...missing] : missing;
      return { ready: waitingFor.length === 0, waitingFor };
    },
    beginDrain() {
      // INVARIANT: a drain never ends; a process that said goodbye does not come back.
      draining = true;
    },
    get draining() {
      return draining;
    },
  };
}

function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

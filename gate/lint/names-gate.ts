import type { DeployDocument } from './deploy-document.ts';
import type { Place } from './place.ts';

/** Whether Greenlight is run or asked anywhere below. */
export function namesGate(place: Place, { gate }: Pick<DeployDocument, 'gate'>): boolean {
  return gate.names(JSON.stringify(place.value));
}

/** Whether Greenlight is run or asked anywhere in a document. */
export function documentNamesGate({ source, gate }: DeployDocument): boolean {
  return source.some(({ text }) => gate.names(text));
}

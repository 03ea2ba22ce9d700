import { charsetOf, type DecodedBody, decodeText, isJson } from '../contract/flow/body.ts';
import { decompress } from './decompress.ts';

const BYTE_ORDER_MARKS: readonly (readonly [label: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Gives every byte a character of its own, so that two bodies that differ stay different. */
const EVERY_BYTE = 'windows-1252';

/** Decompresses and decodes a body by what its headers say. */
export function decodeAnswer(headers: Readonly<Record<string, string>>, bytes: Uint8Array): DecodedBody {
  const encoding = headers['content-encoding'];
  const plain = decompress(encoding, bytes);
  if (!(plain instanceof Error)) return decodeBytes(headers['content-type'], plain);
  const text = new TextDecoder(EVERY_BYTE).decode(bytes);
  return { body: text, text, undecodable: `not ${String(encoding)} (${plain.message})` };
}

/**
 * Decodes a body as browsers do: a byte order mark goes before the declared charset, and labels mean what they mean there
 * (`latin1` is windows-1252). Text that breaks the charset that it declares, and JSON that is not UTF-8, cannot be
 * decoded; what declares nothing keeps its bytes.
 */
export function decodeBytes(contentType: string | undefined, bytes: Uint8Array): DecodedBody {
  const mark = BYTE_ORDER_MARKS.find(([, first]) => first.every((byte, index) => bytes[index] === byte));
  const declared = decoderOf(
    mark?.[0] ?? charsetOf(contentType) ?? (isJson(contentType) ? 'utf-8' : undefined),
  );
  try {
    return decodeText(contentType, (declared ?? new TextDecoder('utf-8', { fatal: true })).decode(bytes));
  } catch {
    const text = new TextDecoder(EVERY_BYTE).decode(bytes);
    return declared === undefined
      ? decodeText(contentType, text)
      : { body: text, text, undecodable: `not ${declared.encoding}` };
  }
}

function decoderOf(label: string | undefined): InstanceType<typeof TextDecoder> | undefined {
  try {
    return label === undefined ? undefined : new TextDecoder(label, { fatal: true });
  } catch {
    // A label that nobody knows declares nothing, as in browsers.
    return undefined;
  }
}

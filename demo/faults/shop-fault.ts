import type { FastifyInstance } from 'fastify';
import type { ShopConfig } from '../shop/config.ts';
import type { ShopParts } from '../shop/parts.ts';

/** A fault of the new shop: another configuration, another part, or a hook before its routes. */
export interface ShopFault {
  readonly config?: (sound: ShopConfig) => ShopConfig;
  readonly parts?: (sound: ShopParts) => Partial<ShopParts>;
  readonly routes?: (app: FastifyInstance) => void;
}

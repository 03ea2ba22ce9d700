import autocannon from 'autocannon';
import { autocannonEngine } from '../../../load/engines/autocannon.ts';
import { benchOrder } from './engine-order.ts';

/** One process that makes load with autocannon, through Greenlight or alone. */
const [how, url = '', seconds, connections] = process.argv.slice(2);
const shape = { connections: Number(connections), durationS: Number(seconds) };
if (how === 'ours') await autocannonEngine.run(benchOrder(url, '', { engine: 'autocannon', ...shape }));
else await autocannon({ url, connections: shape.connections, duration: shape.durationS });

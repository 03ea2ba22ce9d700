import { provideK6 } from './provide-parts.ts';

await provideK6((line) => console.log(line));

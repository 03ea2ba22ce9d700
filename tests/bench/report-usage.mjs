import { writeFileSync } from 'node:fs';

// Loaded into a measured process with --import: writes what that process alone used, when it ends.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { memory: maxRSS * 1024, processor: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(process.env['GREENLIGHT_BENCH_USAGE'] ?? '', JSON.stringify(usage));
});

const path = require('node:path');
const need = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
const { JobQueueService, bootstrap } = need('@vendure/core');
const { config } = require('./config.cjs');

bootstrap(config)
  .then(async (app) => {
    // Without a worker process the mails and the search index would wait for ever.
    await app.get(JobQueueService).start();
    process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
  })
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });

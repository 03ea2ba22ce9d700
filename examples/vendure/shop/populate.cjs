// Fills an empty database with the sample catalogue that @vendure/create ships, without its pictures.
const fs = require('node:fs');
const path = require('node:path');
const need = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
const { bootstrap } = need('@vendure/core');
const { populate } = need('@vendure/core/cli');
const { parse } = need('csv-parse/sync');
const { config } = require('./config.cjs');

const assets = path.join(process.cwd(), 'node_modules/@vendure/create/assets');
const data = JSON.parse(fs.readFileSync(path.join(assets, 'initial-data.json'), 'utf8'));
data.collections = data.collections.map((collection) => ({ ...collection, assetPaths: [] }));
data.paymentMethods = [{ name: 'Stripe', handler: { code: 'stripe-api', arguments: [] } }];

const rows = parse(fs.readFileSync(path.join(assets, 'products.csv')), { trim: true });
const pictures = [rows[0].indexOf('assets'), rows[0].indexOf('variantAssets')];
const quoted = (cell) => `"${String(cell).replaceAll('"', '""')}"`;
const csv = rows.map((row, line) =>
  row.map((cell, column) => quoted(line > 0 && pictures.includes(column) ? '' : cell)).join(','),
);
const file = path.join(process.env.SCRATCH, 'products.csv');
fs.writeFileSync(file, csv.join('\n'));

populate(() => bootstrap(config), data, file)
  .then((app) => app.close())
  .then(() => process.exit(0))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });

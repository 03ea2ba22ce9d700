// Runs inside old/ or new/: all packages come from there, so one configuration serves both versions.
const path = require('node:path');
const need = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
const {
  DefaultJobQueuePlugin,
  DefaultLogger,
  DefaultSchedulerPlugin,
  DefaultSearchPlugin,
  LanguageCode,
  LogLevel,
  PaymentMethodHandler,
} = need('@vendure/core');
const { EmailPlugin, FileBasedTemplateLoader, defaultEmailHandlers } = need('@vendure/email-plugin');
const stripePackage = need('stripe');
const Stripe = stripePackage.default ?? stripePackage;

function stripe() {
  const base = new URL(process.env.STRIPE_API_BASE);
  return new Stripe(process.env.STRIPE_SECRET_KEY, {
    host: base.hostname,
    port: base.port,
    protocol: base.protocol.replace(':', ''),
    telemetry: false,
    maxNetworkRetries: 1,
    timeout: 5000,
  });
}

// The official Stripe plugin has no setting for the API's address, so the payment method is defined here.
const cardPayments = new PaymentMethodHandler({
  code: 'stripe-api',
  description: [{ languageCode: LanguageCode.en, value: 'Card payments' }],
  args: {},
  createPayment: async (_ctx, order, amount, _args, metadata) => {
    try {
      const intent = await stripe().paymentIntents.create(
        {
          amount,
          currency: order.currencyCode.toLowerCase(),
          payment_method: metadata.paymentMethod,
          confirm: true,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { orderCode: order.code },
        },
        { idempotencyKey: `order-${order.code}-${amount}-${metadata.paymentMethod}` },
      );
      return {
        amount,
        state: 'Settled',
        transactionId: intent.id,
        metadata: { public: { status: intent.status } },
      };
    } catch (error) {
      return {
        amount,
        state: 'Declined',
        errorMessage: error.message,
        metadata: { public: { code: error.code } },
      };
    }
  },
  settlePayment: () => ({ success: true }),
});

exports.config = {
  apiOptions: {
    port: Number(process.env.PORT),
    hostname: '127.0.0.1',
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
  },
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: { identifier: 'superadmin', password: process.env.VENDURE_ADMIN_PASSWORD },
    cookieOptions: { secret: process.env.VENDURE_COOKIE_SECRET },
    requireVerification: true,
  },
  dbConnectionOptions: {
    type: 'postgres',
    // The new version migrates the copied database by itself.
    synchronize: true,
    logging: false,
    url: process.env.DATABASE_URL,
  },
  paymentOptions: { paymentMethodHandlers: [cardPayments] },
  importExportOptions: {
    importAssetsDir: path.join(process.cwd(), 'node_modules/@vendure/create/assets/images'),
  },
  logger: new DefaultLogger({ level: LogLevel[process.env.LOG_LEVEL || 'Warn'], timestamp: false }),
  plugins: [
    DefaultSchedulerPlugin.init(),
    DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true, pollInterval: 200 }),
    DefaultSearchPlugin.init({ bufferUpdates: false }),
    EmailPlugin.init({
      handlers: defaultEmailHandlers,
      templateLoader: new FileBasedTemplateLoader(
        path.join(process.cwd(), 'node_modules/@vendure/email-plugin/templates'),
      ),
      transport: {
        type: 'smtp',
        host: '127.0.0.1',
        port: Number(process.env.SMTP_PORT),
        secure: false,
        ignoreTLS: true,
      },
      globalTemplateVars: {
        fromAddress: '"shop" <noreply@example.com>',
        verifyEmailAddressUrl: 'http://127.0.0.1/verify',
        passwordResetUrl: 'http://127.0.0.1/password-reset',
        changeEmailAddressUrl: 'http://127.0.0.1/verify-email-address-change',
      },
    }),
  ],
};

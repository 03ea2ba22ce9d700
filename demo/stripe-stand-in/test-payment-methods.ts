/** What happens when a test payment method is charged. */
export type CardBehaviour =
  | { readonly kind: 'pays' }
  /** The bank wants the customer to authenticate first. */
  | { readonly kind: 'authenticates' }
  | {
      readonly kind: 'declines';
      readonly code: string;
      readonly declineCode?: string;
      readonly message: string;
    };

export interface TestCard {
  readonly brand: string;
  readonly last4: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly behaviour: CardBehaviour;
}

const pays = (brand: string, last4: string, funding: TestCard['funding'] = 'credit'): TestCard => ({
  brand,
  last4,
  funding,
  behaviour: { kind: 'pays' },
});

const authenticates = (last4: string): TestCard => ({
  brand: 'visa',
  last4,
  funding: 'credit',
  behaviour: { kind: 'authenticates' },
});

const DECLINED = 'Your card was declined.';

const declines = (last4: string, code: string, declineCode?: string, message = DECLINED): TestCard => ({
  brand: 'visa',
  last4,
  funding: 'credit',
  behaviour: { kind: 'declines', code, ...(declineCode ? { declineCode } : {}), message },
});

const declined = declines('0002', 'card_declined', 'generic_decline');
const insufficientFunds = declines(
  '9995',
  'card_declined',
  'insufficient_funds',
  'Your card has insufficient funds.',
);
const lostCard = declines('9987', 'card_declined', 'lost_card');
const stolenCard = declines('9979', 'card_declined', 'stolen_card');
const velocity = declines('6975', 'card_declined', 'card_velocity_exceeded');
const fraudulent = declines('0019', 'card_declined', 'fraudulent');
const expired = declines('0069', 'expired_card', undefined, 'Your card has expired.');
const wrongCvc = declines('0127', 'incorrect_cvc', undefined, "Your card's security code is incorrect.");
const processing = declines(
  '0119',
  'processing_error',
  undefined,
  'An error occurred while processing your card. Try again in a little bit.',
);

/** The payment methods that Stripe documents for test mode, as far as they are about cards. */
export const TEST_PAYMENT_METHODS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: pays('visa', '4242'),
  pm_card_visa_debit: pays('visa', '5556', 'debit'),
  pm_card_mastercard: pays('mastercard', '4444'),
  pm_card_mastercard_debit: pays('mastercard', '8210', 'debit'),
  pm_card_mastercard_prepaid: pays('mastercard', '5100', 'prepaid'),
  pm_card_amex: pays('amex', '8431'),
  pm_card_discover: pays('discover', '1117'),
  pm_card_diners: pays('diners', '0004'),
  pm_card_jcb: pays('jcb', '0505'),
  pm_card_unionpay: pays('unionpay', '0005'),
  pm_card_us: pays('visa', '4242'),
  pm_card_de: pays('visa', '0016'),
  pm_card_gb: pays('visa', '0014'),
  pm_card_fr: pays('visa', '0003'),
  pm_card_bypassPending: pays('visa', '0077'),
  pm_card_authenticationRequired: authenticates('3184'),
  pm_card_authenticationRequiredOnSetup: authenticates('3155'),
  pm_card_threeDSecure2Required: authenticates('3220'),
  pm_card_threeDSecureRequired: authenticates('3063'),
  pm_card_chargeDeclined: declined,
  pm_card_visa_chargeDeclined: declined,
  pm_card_chargeCustomerFail: { ...declined, last4: '0341' },
  pm_card_chargeDeclinedInsufficientFunds: insufficientFunds,
  pm_card_visa_chargeDeclinedInsufficientFunds: insufficientFunds,
  pm_card_visa_chargeDeclinedLostCard: lostCard,
  pm_card_visa_chargeDeclinedStolenCard: stolenCard,
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: velocity,
  pm_card_chargeDeclinedFraudulent: fraudulent,
  pm_card_radarBlock: fraudulent,
  pm_card_chargeDeclinedExpiredCard: expired,
  pm_card_visa_chargeDeclinedExpiredCard: expired,
  pm_card_chargeDeclinedIncorrectCvc: wrongCvc,
  pm_card_visa_chargeDeclinedIncorrectCvc: wrongCvc,
  pm_card_chargeDeclinedProcessingError: processing,
  pm_card_visa_chargeDeclinedProcessingError: processing,
};

/** A customer of the old shop: places orders through the same API that a storefront uses. */
export interface Customer {
  readonly email: string;
  readonly orders: readonly string[];
}

interface Mailbox {
  /** Waits for the verification mail and returns its token. */
  verificationToken(email: string): Promise<string>;
}

type Json = Readonly<Record<string, unknown>>;

/** Registers a customer with a verified address and lets it pay `orders` orders. @throws Error with the shop's answer */
export async function customerWithOrders(
  base: string,
  mailbox: Mailbox,
  email: string,
  password: string,
  orders: number,
): Promise<Customer> {
  let token = '';
  const ask = async (query: string, variables: Json = {}): Promise<Json> => {
    const answer = await fetch(`${base}/shop-api`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    token = answer.headers.get('vendure-auth-token') ?? token;
    const document = (await answer.json()) as { data?: Json; errors?: unknown };
    if (document.errors !== undefined || !document.data)
      throw new Error(`${query}: ${JSON.stringify(document)}`);
    return document.data;
  };
  await ask(
    'mutation($e:String!){registerCustomerAccount(input:{emailAddress:$e,firstName:"Old",lastName:"Customer"}){__typename}}',
    { e: email },
  );
  await ask('mutation($t:String!,$p:String!){verifyCustomerAccount(token:$t,password:$p){__typename}}', {
    t: await mailbox.verificationToken(email),
    p: password,
  });
  const codes: string[] = [];
  for (let placed = 0; placed < orders; placed += 1) codes.push(await placeOrder(ask));
  return { email, orders: codes };
}

async function placeOrder(ask: (query: string, variables?: Json) => Promise<Json>): Promise<string> {
  const found = (await ask(
    '{search(input:{term:"laptop",groupByProduct:false,take:1}){items{productVariantId}}}',
  )) as {
    search: { items: { productVariantId: string }[] };
  };
  await ask('mutation($v:ID!){addItemToOrder(productVariantId:$v,quantity:1){__typename}}', {
    v: found.search.items[0]?.productVariantId,
  });
  await ask(
    'mutation{setOrderShippingAddress(input:{fullName:"Old Customer",streetLine1:"1 Road",city:"Wien",postalCode:"1010",countryCode:"AT"}){__typename}}',
  );
  const shipping = (await ask('{eligibleShippingMethods{id}}')) as {
    eligibleShippingMethods: { id: string }[];
  };
  await ask('mutation($s:[ID!]!){setOrderShippingMethod(shippingMethodId:$s){__typename}}', {
    s: [shipping.eligibleShippingMethods[0]?.id],
  });
  await ask('mutation{transitionOrderToState(state:"ArrangingPayment"){__typename}}');
  const paid = (await ask(
    'mutation{addPaymentToOrder(input:{method:"stripe",metadata:{paymentMethod:"pm_card_visa"}}){__typename ...on Order{code state}}}',
  )) as {
    addPaymentToOrder: { code?: string; state?: string };
  };
  if (paid.addPaymentToOrder.state !== 'PaymentSettled' || !paid.addPaymentToOrder.code) {
    throw new Error(`the old shop took no payment: ${JSON.stringify(paid)}`);
  }
  return paid.addPaymentToOrder.code;
}

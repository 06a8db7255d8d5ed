/** A billing account of the demo world. */
export interface DemoAccount {
  readonly id: string
  readonly tenantId: string
  readonly tenantName: string
  readonly ban: string
  readonly currency: string
}

/** What the rows of this module stand on: records that the demo world has made before. */
export interface DemoGround {
  readonly now: Date
  /** A UUID that sorts by the given time. */
  readonly uuid: (at: Date) => string
  readonly provider: { readonly id: string; readonly name: string }
  /** Every account that pays for itself; the first of them orders with a client of its tenant's own. */
  readonly accounts: readonly [DemoAccount, ...DemoAccount[]]
  /** One of these accounts on which a partner's application orders, and the consent that lets it. */
  readonly underConsent: {
    readonly account: DemoAccount
    readonly partner: { readonly id: string; readonly name: string }
    readonly client: { readonly id: string; readonly name: string }
    readonly delegationId: string
  } | null
}

/** The organisations that were made, so that people can be given to them. */
export interface DemoParties {
  readonly wholesaler: { readonly partnerId: string; readonly homeTenantId: string }
  readonly managed: { readonly tenantId: string }
  readonly sandbox: { readonly tenantId: string }
}

/** One row by its columns. */
export type Row = Readonly<Record<string, unknown>>

/** Rows by table, in the order in which they can be written. All rows of a table have the same columns. */
export type DemoOrderRows = readonly (readonly [table: DemoOrderTable, rows: readonly Row[]])[]

export type DemoOrderTable =
  | 'tenant'
  | 'partner'
  | 'billing_account'
  | 'api_client'
  | 'product'
  | 'commercial_relationship'
  | 'delegation'
  | 'delegation_account'
  | 'resale'
  | 'delegation_history'
  | 'service_order'
  | 'order_item'

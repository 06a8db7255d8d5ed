/** A column whose values the vault seals, and what each value is bound to. */
export interface SealedColumn {
  readonly table: string
  readonly column: string
  /** The column by which a row is found: its primary key. */
  readonly key: string
  /** The column whose value is bound in, so that a sealed value that was moved to another row does not open. */
  readonly boundBy: string
  /** What stands between the names and that value. */
  readonly form: 'table.column value' | 'table|column|value'
}

const spaced = (table: string, column: string, key = 'id'): SealedColumn => ({
  table,
  column,
  key,
  boundBy: key,
  form: 'table.column value',
})

const barred = (table: string, column: string): SealedColumn => ({
  table,
  column,
  key: 'id',
  boundBy: 'id',
  form: 'table|column|value',
})

/**
 * Every column of sealed values. Whoever seals and whoever renews under another key take the place from here: what one of
 * them bound otherwise would never open again. Their comments begin with "Encrypted with the data key".
 */
export const SEALED_COLUMNS = {
  auditKey: spaced('audit_key', 'sealed_key', 'number'),
  kycSecret: spaced('kyc_secret', 'sealed_secret'),
  payoutAccount: barred('payout_account', 'sealed_details'),
  payoutReceiverSecret: spaced('payout_receiver_secret', 'sealed_secret'),
  payoutReceiverSeed: spaced('payout_receiver_secret', 'sealed_signing_key'),
  signalAuthorization: spaced('signal_stream', 'sealed_authorization'),
  signingKey: { ...spaced('signing_key', 'private_key'), boundBy: 'kid' },
  taxDocument: barred('tax_document', 'sealed_file'),
  totpSecret: spaced('totp_factor', 'secret', 'person_id'),
  webhookSecret: spaced('webhook_secret', 'sealed_secret'),
  webhookSeed: spaced('webhook_secret', 'sealed_signing_key'),
} as const satisfies Readonly<Record<string, SealedColumn>>

/** The place that a value is bound to, by what its row has in the column that binds. */
export function placeIn({ table, column, form }: SealedColumn, bound: string | number): string {
  return form === 'table|column|value' ? `${table}|${column}|${bound}` : `${table}.${column} ${bound}`
}

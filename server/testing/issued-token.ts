/** A token that a test or a benchmark signs itself. */
export interface SignedToken {
  /** The `jti`. */
  readonly tokenId: string
  /** The UUID of the client that it says; of one that does not exist nothing is noted. */
  readonly clientId: string
  readonly endsAt: Date
}

interface Records {
  sql(text: string, values: unknown[]): Promise<unknown>
}

/** Notes a token as the authorization server does when it issues one: without that it counts nowhere, whoever signed it. */
export async function noteToken(records: Records, { tokenId, clientId, endsAt }: SignedToken): Promise<void> {
  await records.sql(
    `insert into issued_token (jti_hash, client_id, ends_at) select sha256(convert_to($1, 'UTF8')), k.id, $3 from api_client k where k.id = $2 on conflict do nothing`,
    [tokenId, clientId, endsAt],
  )
}

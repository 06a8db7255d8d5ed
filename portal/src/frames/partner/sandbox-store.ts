/** A key that signs and never leaves this browser, with the id under which its public half is registered. */
export type SigningKey = { kid: string; key: CryptoKey }

/** A try that is under way: what must be known again when the browser comes back from the customer's pages. */
export type Attempt = {
  clientId: string
  signing: SigningKey
  /** What the token is bound to (DPoP). */
  proof: CryptoKeyPair
  state: string
  verifier: string
}

const name = 'liaison-sandbox'
const store = 'kept'

function settle<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser keeps nothing.')))
  })
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(store))
  return settle(request)
}

async function keep(place: string, value: unknown): Promise<void> {
  const kept = await open()
  await settle(kept.transaction(store, 'readwrite').objectStore(store).put(value, place))
  kept.close()
}

async function find(place: string): Promise<unknown> {
  const kept = await open()
  const value: unknown = await settle(kept.transaction(store).objectStore(store).get(place))
  kept.close()
  return value
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

function toSigning(value: unknown): SigningKey | null {
  const [kid, key] = [member(value, 'kid'), member(value, 'key')]
  return typeof kid === 'string' && key instanceof CryptoKey ? { kid, key } : null
}

function toPair(value: unknown): CryptoKeyPair | null {
  const [privateKey, publicKey] = [member(value, 'privateKey'), member(value, 'publicKey')]
  return privateKey instanceof CryptoKey && publicKey instanceof CryptoKey ? { privateKey, publicKey } : null
}

/** The key that this browser holds of a client; keys are kept so that the browser uses them and gives them to nobody. */
export async function findKey(clientId: string): Promise<SigningKey | null> {
  return toSigning(await find(`key ${clientId}`))
}

export const keepKey = (clientId: string, signing: SigningKey): Promise<void> =>
  keep(`key ${clientId}`, signing)

export const keepAttempt = (partnerId: string, attempt: Attempt): Promise<void> =>
  keep(`attempt ${partnerId}`, attempt)

/** The try of a partner that is under way in this browser, once: whoever takes it leaves none. */
export async function takeAttempt(partnerId: string): Promise<Attempt | null> {
  const value = await find(`attempt ${partnerId}`)
  await keep(`attempt ${partnerId}`, null)
  const [signing, proof] = [toSigning(member(value, 'signing')), toPair(member(value, 'proof'))]
  const [clientId, state, verifier] = ['clientId', 'state', 'verifier'].map((key) => member(value, key))
  if (typeof clientId !== 'string' || typeof state !== 'string' || typeof verifier !== 'string') return null
  return signing && proof && { clientId, signing, proof, state, verifier }
}

import type { ApiClient } from '@liaison/client'

type Logos = ApiClient['logos']

/** The logos of a client; a server of before, while it is exchanged, sends none. */
export function logosOf({ logos }: { readonly logos?: Logos }): Logos {
  return logos ?? { in_use: null, waiting: null, refused: null }
}

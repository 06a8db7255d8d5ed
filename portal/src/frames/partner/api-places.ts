import { useQuery } from '@tanstack/react-query'

type Places = { issuer: string; resource: string }

/** A member of an answer that is text; null for anything else. */
export function textOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const found: unknown = Reflect.get(value, name)
  return typeof found === 'string' ? found : null
}

/** Where tokens come from and what they are for, as the API itself says it (RFC 9728). */
export async function readPlaces(signal: AbortSignal): Promise<Places> {
  const answer = await fetch('/.well-known/oauth-protected-resource/api', { signal })
  const body: unknown = await answer.json()
  const servers: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'authorization_servers') : []
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined
  const { origin } = window.location
  return {
    issuer: typeof first === 'string' ? first : `${origin}/oauth`,
    resource: textOf(body, 'resource') ?? `${origin}/api`,
  }
}

/** The same, asked once an hour. */
export function useApiPlaces() {
  return useQuery({
    queryKey: ['api-places'],
    queryFn: ({ signal }) => readPlaces(signal),
    staleTime: 3_600_000,
  })
}

/** Where the metadata of an issuer lies: the well-known part goes before the path (RFC 8414 section 3). */
export function metadataOf(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`
}

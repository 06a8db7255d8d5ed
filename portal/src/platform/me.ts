import { readBody } from '@liaison/sdk'
import type { Me } from '@liaison/sdk'
import { useQuery } from '@tanstack/react-query'

import { clientFor } from './frame.ts'

/** Who is signed in and where they have a part, as the server says now. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => readBody(clientFor('').GET('/me')), staleTime: 60_000 })
}

export function findPartner(me: Me, partnerId: string) {
  return me.frames.find((frame) => frame.kind === 'partner' && frame.id === partnerId)
}

export function findOrg(me: Me, tenantId: string) {
  return me.frames.find((frame) => frame.kind === 'org' && frame.id === tenantId)
}

export function findPlatform(me: Me) {
  return me.frames.find((frame) => frame.kind === 'platform')
}

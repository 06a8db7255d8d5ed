import { readBody } from '@liaison/client'
import type { PartnerMember } from '@liaison/client'

import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'

/** Everybody of the own partner, however many there are: who is missing here could be neither let in nor stopped. */
export function usePartnerPeople() {
  return useRead(['partner-people'], ({ client }, signal) =>
    readAllByOffset<PartnerMember>((place) =>
      readBody(client.GET('/partner/members', { params: { query: { ...place, limit: 100 } }, signal })),
    ),
  )
}

import '../org/who-has-access-words.ts'
import { readBody } from '@liaison/client'

import { useActing, useFrame } from '../../platform/frame.ts'
import { addWords, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { accessThen } from '../../words/access-then.ts'
import { AccessThenView } from './access-then.tsx'

addWords(accessThen)

/** Who could do what in the own organisation at a moment. */
export function OrgAccessThenPage() {
  const { name, tenantId } = useFrame()
  return (
    <AccessThenView
      org={name}
      back={{ to: orgPlaces.access(tenantId), label: t('nav.who_has_access') }}
      read={(frame, query, signal) =>
        readBody(frame.client.GET('/tenant/access-history', { params: { query }, signal }))
      }
    />
  )
}

/** The same for an auditor whom the tenant let in. */
export function ActingAccessThenPage() {
  const { acting } = useActing()
  return (
    <AccessThenView
      org={acting.tenant_name}
      read={(frame, query, signal) =>
        readBody(frame.client.GET('/partner/access-history', { params: { query }, signal }))
      }
    />
  )
}

import './agreements-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { serverPlaces } from '../../places.ts'
import { nameOf } from './calls.ts'

const query = { state: 'offered', limit: 1 }

/** Says that a version waits for the signature of an owner, and leads to it; nothing when none does, or to staff. */
export function SignBanner() {
  const maySign = useMay('partner_org.agreements.sign')
  return maySign && <Waiting />
}

function Waiting() {
  const { partnerId } = useFrame()
  const waiting = useRead(['agreements', 'waiting', partnerId], (frame, signal) =>
    readBody(frame.client.GET('/program/agreements', { params: { query }, signal })),
  )
  const [row] = waiting.data?.items ?? []
  if (!row) return null
  return (
    <Note tone="attention">
      <div className="row">
        <span>
          {t('agreements.sign_banner', { agreement: nameOf(row), until: formatDate(row.expires_at) })}
        </span>
        <Button component="a" href={serverPlaces.signAgreement(row.agreement_id)}>
          {t('agreements.read_and_sign')}
        </Button>
      </div>
    </Note>
  )
}

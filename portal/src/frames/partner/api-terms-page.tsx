import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiTerms } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { fact, Facts, Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

function AcceptForm({ terms }: { terms: ApiTerms }) {
  const { partnerId, name: partner } = useFrame()
  const go = useGo()
  const write = useWrite(
    (read: ApiTerms, frame) =>
      readBody(
        frame.client.POST('/partner/api-terms/accept', {
          body: { version: read.version, text_sha256: read.text_sha256 },
        }),
      ),
    () => {
      showToast(t('apiterms.done'))
      go(partnerPlaces.ready(partnerId))
    },
  )
  return (
    <div className="stack tight">
      <WriteProblem error={write.error} />
      <p>{t('apiterms.meaning', { partner })}</p>
      <div>
        <Button loading={write.isPending} onClick={() => write.mutate(terms)}>
          {t('apiterms.accept', { version: terms.version, partner })}
        </Button>
      </div>
    </div>
  )
}

function Standing({ terms }: { terms: ApiTerms }) {
  const { name: partner } = useFrame()
  const mayAccept = useMay('partner_org.clients.manage')
  if (terms.accepted_at !== null) {
    const by = { name: terms.accepted_by_name ?? '', at: formatDateTime(terms.accepted_at) }
    return (
      <Note>
        <p>{t('apiterms.accepted', by)}</p>
      </Note>
    )
  }
  if (mayAccept) return <AcceptForm terms={terms} />
  return <p className="muted">{t('apiterms.owner_only', { partner })}</p>
}

function Terms({ terms }: { terms: ApiTerms }) {
  return (
    <div className="stack form">
      <p className="muted">{t('apiterms.lead', { version: terms.version })}</p>
      <div className="prose">
        {terms.text.split(/\n{2,}/).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
      <Facts facts={[fact(t('apiterms.digest'), <IdText id={terms.text_sha256} />)]} />
      <Standing terms={terms} />
    </div>
  )
}

/** The API terms in full, and their acceptance by an owner. */
export function ApiTermsPage() {
  const { partnerId } = useFrame()
  const terms = useRead(['api-terms'], (frame, signal) =>
    readBody(frame.client.GET('/partner/api-terms', { signal })),
  )
  return (
    <Page title={t('apiterms.title')} back={{ to: partnerPlaces.ready(partnerId), label: t('ready.title') }}>
      <Answer query={terms}>{(body) => <Terms terms={body} />}</Answer>
    </Page>
  )
}

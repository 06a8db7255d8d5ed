import type { ConfigurationInForce, ConfigurationKey, PartnerDetail } from '@liaison/client'
import { useState } from 'react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { SecondPerson } from '../shared/second-person.tsx'
import { readVersion, useAskedCare, useInForce, useKeys } from './calls.ts'
import { Editor } from './editor.tsx'
import { AskActivate, History, Versions } from './versions.tsx'

function InForce({ inForce }: { inForce: ConfigurationInForce }) {
  return (
    <Panel title={t('config.in_force')}>
      {inForce.active_version === null ? (
        <p>{t('config.in_force_default')}</p>
      ) : (
        <>
          <p>
            {t('config.in_force_version', {
              version: inForce.active_version,
              name: inForce.activated_by_name ?? '',
              at: formatDateTime(inForce.activated_at) ?? '',
            })}
          </p>
          <p className="muted">{t('config.reason', { reason: inForce.reason ?? '' })}</p>
        </>
      )}
    </Panel>
  )
}

/** One person for identity checks that an admin asked for, where two decide now. */
function Asked({ partnerId }: { partnerId: string }) {
  const asked = useAskedCare(partnerId)
  return asked.data?.items.map((request) => <SecondPerson key={request.request_id} request={request} />)
}

type WholeProps = {
  partner: PartnerDetail
  keys: readonly ConfigurationKey[]
  inForce: ConfigurationInForce
  etag: string | null
}

function Whole({ partner, keys, inForce, etag }: WholeProps) {
  const frame = useFrame()
  const [loaded, setLoaded] = useState<{ version: number; document: unknown } | null>(null)
  const [asked, setAsked] = useState<number | null>(null)
  const load = (version: number) => {
    void readVersion(frame, partner.partner_id, version).then(({ document }) =>
      setLoaded({ version, document }),
    )
  }
  return (
    <>
      <Asked partnerId={partner.partner_id} />
      <InForce inForce={inForce} />
      <Versions
        partnerId={partner.partner_id}
        active={inForce.active_version}
        onActivate={setAsked}
        onLoad={load}
      />
      <Editor
        key={`${loaded?.version} ${inForce.active_version}`}
        keys={keys}
        isWhiteLabel={partner.kinds.includes('white_label')}
        inForce={inForce}
        partnerName={partner.name}
        start={loaded?.document ?? inForce.document}
        onSaved={setAsked}
      />
      <History partnerId={partner.partner_id} />
      {asked !== null && (
        <AskActivate
          partnerId={partner.partner_id}
          partnerName={partner.name}
          version={asked}
          active={inForce.active_version}
          etag={etag}
          onDone={() => {
            setAsked(null)
            setLoaded(null)
          }}
        />
      )}
    </>
  )
}

function Loaded({ partner }: { partner: PartnerDetail }) {
  const keys = useKeys()
  const inForce = useInForce(partner.partner_id)
  return (
    <Answer query={keys} lines={8}>
      {({ items }) => (
        <Answer query={inForce} lines={8}>
          {({ body, etag }) => <Whole partner={partner} keys={items} inForce={body} etag={etag} />}
        </Answer>
      )}
    </Answer>
  )
}

/** The configuration of one partner: what is in force, its versions, the form of the next one, and the history. */
export function ConfigurationPage() {
  return <PartnerTab tab="configuration">{(partner) => <Loaded partner={partner} />}</PartnerTab>
}

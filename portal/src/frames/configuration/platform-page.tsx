import { useState } from 'react'

import { useFrame } from '../../platform/frame.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { SecondPerson } from '../shared/second-person.tsx'
import { readVersion, useAskedCare } from './calls.ts'
import { Configured } from './configured.tsx'
import type { ConfiguredPart } from './configured.tsx'
import type { Section } from './draft.ts'
import { Editor } from './editor.tsx'
import { InForce } from './in-force.tsx'
import { AskActivate, History, Versions } from './versions.tsx'

/** The look has a page of its own. */
const parts: readonly [Section, ...Section[]] = ['sessions', 'roles', 'limits', 'api', 'policies']

/** One person for identity checks that an admin asked for, where two decide now. */
function Asked({ partnerId }: { partnerId: string }) {
  const asked = useAskedCare(partnerId)
  return asked.data?.items.map((request) => <SecondPerson key={request.request_id} request={request} />)
}

function Whole({ partner, keys, inForce, etag }: ConfiguredPart) {
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
        parts={parts}
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

/** The configuration of one partner: what is in force, its versions, the form of the next one, and the history. */
export function ConfigurationPage() {
  return (
    <PartnerTab tab="configuration">
      {(partner) => <Configured partner={partner}>{(part) => <Whole {...part} />}</Configured>}
    </PartnerTab>
  )
}

import { useState } from 'react'

import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { Configured } from './configured.tsx'
import type { ConfiguredPart } from './configured.tsx'
import type { Section } from './draft.ts'
import { Editor } from './editor.tsx'
import { InForce } from './in-force.tsx'
import { AskActivate } from './versions.tsx'

const parts: readonly [Section] = ['branding']

function Look({ partner, keys, inForce, etag }: ConfiguredPart) {
  const [asked, setAsked] = useState<number | null>(null)
  return (
    <>
      <InForce inForce={inForce} />
      <Editor
        key={inForce.active_version}
        keys={keys}
        parts={parts}
        isWhiteLabel={partner.kinds.includes('white_label')}
        inForce={inForce}
        partnerName={partner.name}
        start={inForce.document}
        onSaved={setAsked}
      />
      <p>
        <GoLink to={platformPlaces.partnerPart(partner.partner_id, 'configuration')}>
          {t('config.all_versions')}
        </GoLink>
      </p>
      {asked !== null && (
        <AskActivate
          partnerId={partner.partner_id}
          partnerName={partner.name}
          version={asked}
          active={inForce.active_version}
          etag={etag}
          onDone={() => setAsked(null)}
        />
      )}
    </>
  )
}

/** How the pages of one partner look: a version of its configuration that says the same of everything else. */
export function BrandingOfPartnerPage() {
  return (
    <PartnerTab tab="branding">
      {(partner) => <Configured partner={partner}>{(part) => <Look {...part} />}</Configured>}
    </PartnerTab>
  )
}

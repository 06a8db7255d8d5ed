import './program-words.ts'

import { SecretPage } from '../../parts/secret-page.tsx'
import { t } from '../../platform/words.ts'

/** The secret that signs what is handed to the finance system, shown once. */
export function ReceiverSecret({ secret, onStored }: { secret: string; onStored: () => void }) {
  const words = {
    title: t('payout_receiver.secret_title'),
    text: t('payout_receiver.secret_text'),
    label: t('payout_receiver.secret_of'),
    stored: t('payout_receiver.secret_stored'),
    missing: t('payout_receiver.secret_missing'),
    done: t('payout_receiver.secret_done'),
  }
  return <SecretPage secret={secret} words={words} onStored={onStored} />
}

import { html } from '#platform/html.ts'
import { PROVIDER_NAME, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'

/** How electronic signing works here, in plain words; the signing page links to it. */
export const disclosurePage = page({
  method: 'GET',
  path: '/legal/signature-disclosure',
  summary: 'How electronic signing works here, in plain words',
  input: {},
  access: { public: 'Whoever is to sign reads this first; it is about nobody.' },
  limit: 'page',
  handle: () =>
    Promise.resolve(
      showPage(
        'How electronic signing works',
        html`<p class="lead">You sign by typing your name after you showed that it is you.</p>
          <h2>What the signature is</h2>
          <p>
            A simple electronic signature. We keep who signed, how that was checked, what was shown, when,
            from which network address and with which program, and the fingerprint of the text and its terms.
            It is not a qualified signature with a certificate of your own.
          </p>
          <h2>What the seal is</h2>
          <p>
            ${PROVIDER_NAME} seals the PDF. The seal proves that nothing in the file was changed since. It
            does not prove who signed, beyond the checks that the file lists. Where no certificate of a public
            authority is configured, the file says "development seal". The time comes from our clock; no time
            stamp authority is asked.
          </p>
          <h2>What you can do</h2>
          <p>
            Read the text first and download it. Decline, or ask a question. Afterwards download the sealed
            file and check its fingerprint at any time at <a href="/verify">the check page</a>.
          </p>
          <h2>If you would rather sign on paper</h2>
          <p>Decline with that as the reason, and we send it to you.</p>`,
        { width: 'reading' },
      ),
    ),
})

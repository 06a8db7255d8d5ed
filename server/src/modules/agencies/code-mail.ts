import type { FormRow } from './form-store.ts'
import type { Snippets } from './snippets.ts'

/** What an agency's web person is told: everything but the token, which comes from the sender another way. */
export function codeMail(about: {
  readonly form: Pick<FormRow, 'name'>
  readonly tenant: string
  readonly sender: string
  readonly snippets: Snippets
}): { readonly subject: string; readonly text: string } {
  const { form, tenant, sender, snippets } = about
  return {
    subject: `The voucher form of ${tenant} for your website`,
    text: [
      `${sender} of ${tenant} asks you to put the form "${form.name}" into your website.`,
      'Paste this where the form shall be:',
      snippets.script,
      `If your site allows no scripts, use this one:`,
      snippets.iframe,
      `Put the form token that ${sender} gives you in the place of YOUR_FORM_TOKEN.`,
      'If your site has a Content-Security-Policy, it has to allow:',
      snippets.csp,
      'Anyone who can see your page can see the token. It can only issue vouchers within limits and look up vouchers of your own agency by their code.',
    ].join('\n\n'),
  }
}

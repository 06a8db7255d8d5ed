set role liaison_owner;

-- Whom a mail concerns, a policy or a function says; its words are the program's. What is no letter of ours at all is refused here, also where a
-- function with more rights writes it: that went past the bound, so that mails of any size went out, and subjects with line breaks.
create or replace function private.mail_whom_it_concerns() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  logins constant text[] := array['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_realm', 'liaison_embed', 'liaison_ingest'];
  is_direct boolean := current_user = any (logins);
begin
  -- Apart, since a login that may not ask must not even be made to.
  if is_direct then
    if not access.may_mail(new.payload ->> 'to', new.payload ->> 'subject') then
      raise exception 'a mail goes to whom it concerns' using errcode = 'insufficient_privilege', constraint = 'outbox_recipient';
    end if;
  end if;
  if session_user = any (logins) and char_length(new.payload::text) > (case when is_direct then 20000 else 100000 end) then
    raise exception 'a mail is short' using errcode = 'check_violation', constraint = 'outbox_mail_size';
  end if;
  if session_user = any (logins) and coalesce(char_length(new.payload ->> 'subject') > 500 or new.payload ->> 'subject' ~ '[[:cntrl:]]' or new.payload ->> 'text' is null, true) then
    raise exception 'a mail has a subject of one line, and words' using errcode = 'check_violation', constraint = 'outbox_mail_form';
  end if;
  return new;
end
$$;

reset role;

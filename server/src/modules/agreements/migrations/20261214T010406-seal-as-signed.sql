-- A file is kept in the transaction of what it attests, by whoever did that, and is a PDF: an owner could add any bytes to an
-- agreement that was signed without a file, which everybody was then told is the agreement as it was signed.
create or replace function private.enforce_agreement_file() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  actor uuid;
begin
  if private.side_of_login() is null then
    return new;
  end if;
  actor := access.context_id('actor_id');
  if not exists (select from agreement g where g.id = new.agreement_id and g.partner_id = new.partner_id and g.state = case new.kind when 'signed' then 'signed' else 'active' end)
    -- What was noted since the transaction began, by oneself, is noted in it: there is one signature and one approval of an agreement.
    or not (case new.kind
      when 'signed' then exists (select from agreement_signature s where s.agreement_id = new.agreement_id and s.person_id = actor and s.signed_at >= now())
      else exists (select from agreement_approval a where a.agreement_id = new.agreement_id and a.approver_id = actor and a.approved_at >= now()) end) then
    raise exception 'a file is sealed when its agreement moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if substr(new.bytes, 1, 5) <> '%PDF-'::bytea then
    raise exception 'what is sealed is a PDF' using errcode = 'check_violation', constraint = 'agreement_file_form';
  end if;
  return new;
end
$$;

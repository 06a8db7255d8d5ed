set role liaison_owner;

-- An amount beyond it that came in before stays, and must not stop an upgrade: the bound holds for what is written from now on.
do $$
begin
  alter table tenant validate constraint tenant_mrr_bounded;
exception when check_violation then
  raise warning 'rows of tenant exceed the largest amount; correct them, then validate tenant_mrr_bounded';
end $$;

reset role;

// How and why a key would be written, as text (the facts are in C v0 §3, §4.4, §5.1). The router decides for a real
// plan.
import type { Explanation } from '../../domain/plan/explanation.ts';
import { type Field, MANAGEMENT_BASE, type Route } from '../catalog/field.ts';

type Writing = Explanation['writing'];

const FILE = `PUT ${MANAGEMENT_BASE}/config.yaml`;

/** For a plan that changes only this key on a gateway without traps; a plan states its own reason. */
export function howWritten(field: Field): Writing {
  const { route } = field;
  if (field.readOnly) return { request: 'none', reason: 'The gateway refuses to change it.' };
  switch (route.kind) {
    case 'scalar':
      return scalar(field, route.endpoint);
    case 'strings':
      return {
        request: `PUT ${MANAGEMENT_BASE}${route.endpoint} with the whole list`,
        reason: 'One request replaces the list exactly and changes nothing else.',
      };
    case 'entries':
      return {
        request: `PATCH ${MANAGEMENT_BASE}${route.endpoint} of one entry by its ${route.select.member}, PUT of the whole list to add or remove`,
        reason: `Holdfast never selects entries by index. When an entry shares its ${route.select.member} with another, or would lose something, ${FILE} is used.`,
      };
    case 'member':
      return member(field, route);
    case 'channels':
      return {
        request: `PUT ${MANAGEMENT_BASE}${route.endpoint} with the whole map`,
        reason: "PATCH and DELETE of a channel can end the gateway's process.",
      };
    case 'plugin':
      return {
        request: `PATCH ${MANAGEMENT_BASE}/plugins/{id}/config`,
        reason: `Settings that disappear or become zero come back from the file, so Holdfast uses ${FILE}.`,
      };
    case 'within':
      return within(field);
    case 'tree':
      return {
        request: 'PATCH /v8/management/config',
        reason: 'One request makes all additions and changes of a plan. Each removal is a separate request.',
      };
    case 'file':
      return {
        request: FILE,
        reason:
          'The gateway has no endpoint for it. Holdfast edits the file in place and keeps every other byte.',
      };
  }
}

function scalar(field: Field, endpoint: string): Writing {
  const request = `PUT ${MANAGEMENT_BASE}${endpoint} with {"value": …}`;
  const zero = field.kind === 'boolean' ? 'false' : field.kind === 'integer' ? '0' : '""';
  const stuck = field.fallback !== undefined && JSON.stringify(field.fallback) !== zero;
  if (!stuck) return { request, reason: 'Its own endpoint changes this key and nothing else.' };
  return {
    request,
    reason: `It has its own endpoint. But ${zero} isn't stored if the file doesn't have the key. In that case, ${FILE} is used.`,
  };
}

function member(field: Field, route: Extract<Route, { kind: 'member' }>): Writing {
  const list = ancestor(field, 'entries');
  const endpoint = list?.route.kind === 'entries' ? `${MANAGEMENT_BASE}${list.route.endpoint}` : '';
  if (!route.patch)
    return {
      request: `PUT ${endpoint} with the whole list`,
      reason: 'PATCH answers 200 for this member and ignores it.',
    };
  const request = `PATCH ${endpoint} of the one entry`;
  if (route.blank === 'deletes-entry')
    return { request, reason: 'PATCH accepts it. A blank value would delete the entry.' };
  if (field.pointer && route.unset === 'never')
    return { request, reason: `PATCH accepts it but can't remove it. To remove it, Holdfast uses ${FILE}.` };
  return { request, reason: "PATCH accepts it and doesn't change the other members." };
}

function within(field: Field): Writing {
  const owner = field.parent && ownerOf(field.parent);
  if (!owner) return { request: FILE, reason: "It's part of the file." };
  const { request, reason } = howWritten(owner);
  return { request, reason: `Together with \`${owner.pattern}\`, which is written as a whole. ${reason}` };
}

function ownerOf(field: Field): Field | undefined {
  return field.route.kind === 'within' ? field.parent && ownerOf(field.parent) : field;
}

function ancestor(field: Field, kind: Route['kind']): Field | undefined {
  return field.route.kind === kind ? field : field.parent && ancestor(field.parent, kind);
}

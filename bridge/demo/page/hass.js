/** The `hass` object that Home Assistant's frontend gives each card, made anew on every change. */
import { applyStates } from "./connection.js";

const LANGUAGES = ["bg", "da", "de", "en", "es", "fr", "it", "nl", "pt", "sl"];

export function createHass(connection, show) {
  const asked = new URLSearchParams(location.search).get("language");
  const language = asked ?? LANGUAGES.find((one) => navigator.language.startsWith(one)) ?? "en";
  let parts = {
    states: {},
    entities: {},
    devices: {},
    areas: {},
    config: { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, currency: "EUR", state: "NOT_RUNNING" },
    user: { id: "", name: "Demo", is_admin: true, is_owner: true },
    connected: false,
    darkMode: false,
  };
  let drawn = false;

  const formatNumber = (value) =>
    Number.isFinite(Number(value)) && value !== "" ? new Intl.NumberFormat(language).format(Number(value)) : value;
  const formatEntityState = (entity, state = entity.state) => {
    const unit = entity.attributes.unit_of_measurement;
    return unit === undefined ? formatNumber(state) : `${formatNumber(state)} ${unit}`;
  };

  const build = () => ({
    ...parts,
    connection,
    language,
    selectedLanguage: language,
    locale: {
      language,
      number_format: "language",
      time_format: "language",
      date_format: "language",
      time_zone: "local",
    },
    themes: { darkMode: parts.darkMode, default_theme: "default", themes: {}, theme: "default" },
    selectedTheme: null,
    translationMetadata: { translations: Object.fromEntries(LANGUAGES.map((one) => [one, { isRTL: false }])) },
    panels: {},
    services: {},
    localize: () => "",
    formatEntityState,
    formatEntityAttributeValue: (entity, name) => String(entity.attributes[name] ?? ""),
    formatEntityAttributeName: (_entity, name) => name,
    formatEntityName: (entity) => entity.attributes.friendly_name ?? entity.entity_id,
    callWS: (message) => connection.sendMessagePromise(message),
    sendWS: (message) => void connection.sendMessagePromise(message),
    callApi: () => Promise.reject(new Error("not in the demo")),
    fetchWithAuth: () => Promise.reject(new Error("not in the demo")),
    hassUrl: (path = "") => path,
    async callService(domain, service, data = {}, target = undefined, notifyOnError = true, returnResponse = false) {
      try {
        return await connection.sendMessagePromise({
          type: "call_service",
          domain,
          service,
          service_data: data,
          ...(target === undefined ? {} : { target }),
          ...(returnResponse ? { return_response: true } : {}),
        });
      } catch (error) {
        if (notifyOnError)
          window.dispatchEvent(
            new CustomEvent("hass-notification", { detail: { message: error.message ?? "The action failed" } }),
          );
        throw error;
      }
    },
  });
  const update = (change) => {
    parts = { ...parts, ...change };
    if (drawn) return;
    drawn = true;
    queueMicrotask(() => {
      drawn = false;
      show(build());
    });
  };

  const readRegistries = async () => {
    const [entities, devices, areas, config, user] = await Promise.all(
      [
        "config/entity_registry/list",
        "config/device_registry/list",
        "config/area_registry/list",
        "get_config",
        "auth/current_user",
      ].map((type) => connection.sendMessagePromise({ type })),
    );
    update({
      entities: Object.fromEntries(entities.map((entry) => [entry.entity_id, entry])),
      devices: Object.fromEntries(devices.map((device) => [device.id, device])),
      areas: Object.fromEntries(areas.map((area) => [area.area_id, area])),
      config,
      user,
    });
  };

  connection.addEventListener("ready", () => {
    update({ connected: true });
    readRegistries().catch(() => undefined);
  });
  connection.addEventListener("disconnected", () => update({ connected: false }));
  let fresh = true;
  connection.addEventListener("ready", () => (fresh = true));
  connection.subscribeMessage(
    (event) => {
      // The first event after a (re)connection is the whole truth.
      const states = applyStates(fresh && event.a !== undefined ? {} : parts.states, event);
      fresh = false;
      update({ states });
    },
    { type: "subscribe_entities" },
  );
  for (const type of ["entity_registry_updated", "device_registry_updated"])
    connection.subscribeEvents(() => readRegistries().catch(() => undefined), type);

  return { setDark: (darkMode) => update({ darkMode }) };
}

/** One keyword of CCSDS 508.0-B-1: its unit, and whether a message must have it. */
export interface Keyword {
  name: string;
  /** Without brackets; absent for text, dates and plain numbers. */
  unit?: string;
  /** The value must be a number. */
  numeric: boolean;
  mandatory: boolean;
  /** The values that the standard lists. */
  values?: readonly string[];
}

// name, then a ! where mandatory, then its unit, or # for a number without one
function parse(text: string): Keyword[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [, name, mandatory, unit] = /^([A-Z0-9_]+)(!?)(?:\[(.*)\])?$/.exec(word) as unknown as string[];
      const keyword: Keyword = {
        name: name as string,
        mandatory: mandatory === "!",
        numeric: unit !== undefined,
      };
      return unit !== undefined && unit !== "#" ? { ...keyword, unit } : keyword;
    });
}

const VALUES: Record<string, readonly string[]> = {
  REF_FRAME: ["GCRF", "EME2000", "ITRF"],
  MANEUVERABLE: ["YES", "NO", "N/A"],
  COVARIANCE_METHOD: ["CALCULATED", "DEFAULT"],
  SCREEN_VOLUME_FRAME: ["RTN", "TVN"],
  SCREEN_VOLUME_SHAPE: ["ELLIPSOID", "BOX"],
  SOLAR_RAD_PRESSURE: ["YES", "NO"],
  EARTH_TIDES: ["YES", "NO"],
  INTRACK_THRUST: ["YES", "NO"],
};

function withValues(keywords: Keyword[]): Keyword[] {
  return keywords.map((each) =>
    VALUES[each.name] ? { ...each, values: VALUES[each.name] as readonly string[] } : each,
  );
}

/** Before the first OBJECT, in the standard's order. */
export const HEADER: readonly Keyword[] = withValues(
  parse(`CCSDS_CDM_VERS! CREATION_DATE! ORIGINATOR! MESSAGE_FOR MESSAGE_ID! TCA! MISS_DISTANCE![m] RELATIVE_SPEED[m/s]
  RELATIVE_POSITION_R[m] RELATIVE_POSITION_T[m] RELATIVE_POSITION_N[m] RELATIVE_VELOCITY_R[m/s] RELATIVE_VELOCITY_T[m/s]
  RELATIVE_VELOCITY_N[m/s] START_SCREEN_PERIOD STOP_SCREEN_PERIOD SCREEN_VOLUME_FRAME SCREEN_VOLUME_SHAPE
  SCREEN_VOLUME_X[m] SCREEN_VOLUME_Y[m] SCREEN_VOLUME_Z[m] SCREEN_ENTRY_TIME SCREEN_EXIT_TIME COLLISION_PROBABILITY[#]
  COLLISION_PROBABILITY_METHOD`),
);

const AXES = ["R", "T", "N", "RDOT", "TDOT", "NDOT", "DRG", "SRP", "THR"];

function covarianceUnit(i: number, j: number): string {
  // m, m/s, m²/kg (drag and solar pressure), m/s² (thrust)
  const pair = [i, j].map((k) => (k < 3 ? "m" : k < 6 ? "m/s" : k < 8 ? "m**2/kg" : "m/s**2"));
  const key = pair.sort().join(" ");
  return (
    {
      "m m": "m**2",
      "m m/s": "m**2/s",
      "m/s m/s": "m**2/s**2",
      "m m**2/kg": "m**3/kg",
      "m**2/kg m/s": "m**3/(kg*s)",
      "m**2/kg m**2/kg": "m**4/kg**2",
      "m m/s**2": "m**2/s**2",
      "m/s m/s**2": "m**2/s**3",
      "m**2/kg m/s**2": "m**3/(kg*s**2)",
      "m/s**2 m/s**2": "m**2/s**4",
    } as Record<string, string>
  )[key] as string;
}

/** The name of a covariance element (row ≥ column). */
export function covarianceKeyword(row: number, column: number): string {
  return `C${AXES[row]}_${AXES[column]}`;
}

const COVARIANCE: Keyword[] = AXES.flatMap((_, i) =>
  AXES.slice(0, i + 1).map((__, j) => ({
    name: covarianceKeyword(i, j),
    unit: covarianceUnit(i, j),
    numeric: true,
    mandatory: i < 6,
  })),
);

/** Of one object, in the standard's order. */
export const OBJECT: readonly Keyword[] = [
  ...withValues(
    parse(`OBJECT! OBJECT_DESIGNATOR! CATALOG_NAME! OBJECT_NAME! INTERNATIONAL_DESIGNATOR! OBJECT_TYPE
  OPERATOR_CONTACT_POSITION OPERATOR_ORGANIZATION OPERATOR_PHONE OPERATOR_EMAIL EPHEMERIS_NAME! COVARIANCE_METHOD!
  MANEUVERABLE! ORBIT_CENTER REF_FRAME! GRAVITY_MODEL ATMOSPHERIC_MODEL N_BODY_PERTURBATIONS SOLAR_RAD_PRESSURE
  EARTH_TIDES INTRACK_THRUST TIME_LASTOB_START TIME_LASTOB_END RECOMMENDED_OD_SPAN[d] ACTUAL_OD_SPAN[d]
  OBS_AVAILABLE[#] OBS_USED[#] TRACKS_AVAILABLE[#] TRACKS_USED[#] RESIDUALS_ACCEPTED[%] WEIGHTED_RMS[#] AREA_PC[m**2]
  AREA_DRG[m**2] AREA_SRP[m**2] MASS[kg] CD_AREA_OVER_MASS[m**2/kg] CR_AREA_OVER_MASS[m**2/kg]
  THRUST_ACCELERATION[m/s**2] SEDR[W/kg] X![km] Y![km] Z![km] X_DOT![km/s] Y_DOT![km/s] Z_DOT![km/s]`),
  ),
  ...COVARIANCE,
];

/** Real places with their Local Government Directory codes, enough that every synthetic person lives somewhere. */
export type Place = {
  readonly pinCode: string
  readonly stateCode: string
  readonly stateName: string
  readonly districtCode: string
  readonly districtName: string
}

const table = [
  ['110001', '7', 'Delhi', '79', 'New Delhi'],
  ['134109', '6', 'Haryana', '70', 'Panchkula'],
  ['143001', '3', 'Punjab', '27', 'Amritsar'],
  ['171001', '2', 'Himachal Pradesh', '23', 'Shimla'],
  ['190001', '1', 'Jammu And Kashmir', '13', 'Srinagar'],
  ['226001', '9', 'Uttar Pradesh', '162', 'Lucknow'],
  ['248001', '5', 'Uttarakhand', '49', 'Dehradun'],
  ['302001', '8', 'Rajasthan', '102', 'Jaipur'],
  ['380001', '24', 'Gujarat', '438', 'Ahmadabad'],
  ['400001', '27', 'Maharashtra', '482', 'Mumbai'],
  ['403001', '30', 'Goa', '551', 'North Goa'],
  ['411001', '27', 'Maharashtra', '490', 'Pune'],
  ['462001', '23', 'Madhya Pradesh', '396', 'Bhopal'],
  ['492001', '22', 'Chhattisgarh', '387', 'Raipur'],
  ['500001', '36', 'Telangana', '507', 'Hyderabad'],
  ['560001', '29', 'Karnataka', '525', 'Bengaluru Urban'],
  ['600001', '33', 'Tamil Nadu', '568', 'Chennai'],
  ['682001', '32', 'Kerala', '555', 'Ernakulam'],
  ['700001', '19', 'West Bengal', '315', 'Kolkata'],
  ['751001', '21', 'Odisha', '362', 'Khordha'],
  ['781001', '18', 'Assam', '618', 'Kamrup Metro'],
  ['793001', '17', 'Meghalaya', '274', 'East Khasi Hills'],
  ['797001', '13', 'Nagaland', '245', 'Kohima'],
  ['800001', '10', 'Bihar', '212', 'Patna'],
  ['834001', '20', 'Jharkhand', '339', 'Ranchi'],
] as const

export const places: readonly Place[] = table.map(([pinCode, stateCode, stateName, districtCode, districtName]) => ({
  pinCode,
  stateCode,
  stateName,
  districtCode,
  districtName,
}))

const sharedDigits = (left: string, right: string): number => {
  let count = 0
  while (count < left.length && left[count] === right[count]) count++
  return count
}

/** The place of a pincode; for one that is not in the table the place whose pincode begins most alike, under the given pincode. */
export const placeOf = (pinCode: string): Place => {
  const best = places.reduce((nearest, place) =>
    sharedDigits(place.pinCode, pinCode) > sharedDigits(nearest.pinCode, pinCode) ? place : nearest,
  )
  return { ...best, pinCode }
}

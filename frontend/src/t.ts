import {Niivue} from "@niivue/niivue"; console.log(Niivue)

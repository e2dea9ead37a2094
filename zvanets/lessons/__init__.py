"""One lesson saved whole: register, topic, homework, grades, remarks."""
